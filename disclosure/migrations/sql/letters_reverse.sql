DROP TRIGGER entry_written ON public.disclosure_letter;
DROP TRIGGER letter_kept ON public.disclosure_letter;
DROP FUNCTION public.guard_letter();
