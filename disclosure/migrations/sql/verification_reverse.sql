DROP TRIGGER append_only_truncate ON public.disclosure_auditreceipt;
DROP TRIGGER append_only ON public.disclosure_auditreceipt;
DROP TRIGGER verification_run_entered ON public.disclosure_verificationrun;
DROP TRIGGER verification_run_step ON public.disclosure_verificationrun;
DROP FUNCTION public.guard_verification_entered();
DROP FUNCTION public.guard_verification_step();
