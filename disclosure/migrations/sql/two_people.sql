-- Whom and which authority a proposal is about stays as proposed, like the rest of it.
CREATE OR REPLACE FUNCTION public.guard_directory_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF OLD.outcome <> '' OR (NEW.id, NEW.kind, NEW.code, NEW.entity_id,
            NEW.service_id, NEW.authority_id, NEW.person_id,
            NEW.values, NEW.of_version, NEW.proposed_by_id,
            NEW.proposed_at)
        IS DISTINCT FROM (OLD.id, OLD.kind, OLD.code, OLD.entity_id,
            OLD.service_id, OLD.authority_id, OLD.person_id,
            OLD.values, OLD.of_version, OLD.proposed_by_id,
            OLD.proposed_at)
    THEN
        RAISE EXCEPTION 'a proposed change is settled once and never changes'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
