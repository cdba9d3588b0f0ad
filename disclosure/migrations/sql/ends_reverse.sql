DROP TRIGGER entry_written ON public.disclosure_helduperasure;
DROP FUNCTION public.guard_held_up_erasure();
DROP TRIGGER incident_erased ON public.disclosure_incident;
DROP FUNCTION public.guard_incident_erased();
