-- The end of an incident's retention is stated once, and never while somebody holds
-- the record it belongs to. That an entry of the transaction stands beside it, the
-- incident's own trigger sees to.
CREATE FUNCTION public.guard_incident_erased() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF OLD.erased_at IS NOT NULL THEN
        RAISE EXCEPTION 'what was erased stays erased'
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM public.disclosure_legalhold h
         WHERE h.disclosure_request_id = NEW.disclosure_request_id
           AND h.lifted_at IS NULL)
    THEN
        RAISE EXCEPTION 'a legal hold forbids to erase this'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER incident_erased
    AFTER UPDATE ON public.disclosure_incident
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.erased_at IS DISTINCT FROM NEW.erased_at)
    EXECUTE FUNCTION public.guard_incident_erased();
ALTER TABLE public.disclosure_incident ENABLE ALWAYS TRIGGER incident_erased;

-- What holds an erasure up is on record with an entry of what it holds up.
CREATE FUNCTION public.guard_held_up_erasure() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wanted text;
BEGIN
    IF NEW.incident_id IS NULL THEN
        wanted := 'request:' || NEW.disclosure_request_id;
    ELSE
        SELECT coalesce('request:' || i.disclosure_request_id, 'incident:' || i.id)
          INTO wanted FROM public.disclosure_incident i WHERE i.id = NEW.incident_id;
    END IF;
    IF NOT EXISTS (
        SELECT FROM public.disclosure_auditentry e
         WHERE e.stream = wanted AND e.xid = pg_current_xact_id())
    THEN
        RAISE EXCEPTION '% written without an audit entry of this transaction',
            TG_TABLE_NAME USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER entry_written AFTER INSERT OR UPDATE
    ON public.disclosure_helduperasure DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION public.guard_held_up_erasure();
ALTER TABLE public.disclosure_helduperasure ENABLE ALWAYS TRIGGER entry_written;
