DROP TRIGGER entry_written ON public.disclosure_directorychange;
DROP TRIGGER change_settled_once ON public.disclosure_directorychange;
DROP FUNCTION public.guard_directory_change();
