DROP TRIGGER record_erased ON public.disclosure_disclosurerequest;
DROP FUNCTION public.guard_record_erased();
