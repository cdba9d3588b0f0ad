-- guard_only_ends stays mended: what it let pass was never meant to.
DROP FUNCTION public.guard_counter() CASCADE;
DROP FUNCTION public.guard_authority_named() CASCADE;
DROP FUNCTION public.guard_house_entry() CASCADE;
DROP FUNCTION public.guard_decisive_entry() CASCADE;
DROP TRIGGER only_ends ON public.disclosure_requestedfield;
DROP TRIGGER only_ends ON public.disclosure_instrumentitem;
DROP TRIGGER only_ends ON public.disclosure_claimant;
DROP TRIGGER only_ends ON public.disclosure_production_decisions;
DROP TRIGGER only_ends ON public.disclosure_incident_productions;
DROP TRIGGER entry_written ON public.disclosure_legalentity;
DROP TRIGGER entry_written ON public.disclosure_providerservice;
