-- Who runs a service decides whose orders count: no such change without its entry, and
-- what was proposed stays as it was proposed until somebody settles it, once.
CREATE FUNCTION public.guard_directory_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF OLD.outcome <> '' OR (NEW.id, NEW.kind, NEW.code, NEW.entity_id,
            NEW.service_id, NEW.values, NEW.of_version, NEW.proposed_by_id,
            NEW.proposed_at)
        IS DISTINCT FROM (OLD.id, OLD.kind, OLD.code, OLD.entity_id,
            OLD.service_id, OLD.values, OLD.of_version, OLD.proposed_by_id,
            OLD.proposed_at)
    THEN
        RAISE EXCEPTION 'a proposed change is settled once and never changes'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER change_settled_once BEFORE UPDATE ON public.disclosure_directorychange
    FOR EACH ROW EXECUTE FUNCTION public.guard_directory_change();
ALTER TABLE public.disclosure_directorychange
    ENABLE ALWAYS TRIGGER change_settled_once;

CREATE CONSTRAINT TRIGGER entry_written AFTER INSERT OR UPDATE
    ON public.disclosure_directorychange DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION public.guard_directory_entry();
ALTER TABLE public.disclosure_directorychange ENABLE ALWAYS TRIGGER entry_written;
