-- What a sealed package proves and who signed it is fixed with it.
CREATE FUNCTION public.guard_production_proof() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF OLD.status NOT IN ('preparing', 'in_notice', 'awaiting_approval')
       AND (NEW.proof_size, NEW.proof_note_sha256, NEW.proof_at, NEW.signed_by)
           IS DISTINCT FROM
           (OLD.proof_size, OLD.proof_note_sha256, OLD.proof_at, OLD.signed_by)
    THEN
        RAISE EXCEPTION 'production % is sealed', NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER production_proof BEFORE UPDATE ON public.disclosure_production
    FOR EACH ROW EXECUTE FUNCTION public.guard_production_proof();
ALTER TABLE public.disclosure_production ENABLE ALWAYS TRIGGER production_proof;

-- To which keys a package is encrypted is decided when it is released, for good.
CREATE FUNCTION public.guard_delivery_keys() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NEW.encrypted_to IS DISTINCT FROM OLD.encrypted_to THEN
        RAISE EXCEPTION 'delivery % is released to the keys it names', NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER delivery_keys BEFORE UPDATE ON public.disclosure_delivery
    FOR EACH ROW EXECUTE FUNCTION public.guard_delivery_keys();
ALTER TABLE public.disclosure_delivery ENABLE ALWAYS TRIGGER delivery_keys;

-- A key is registered and retired beside an entry in the stream of its account, and
-- never becomes another key: packages are encrypted to it.
CREATE FUNCTION public.guard_recipient_key() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.retired_at IS NOT NULL OR NEW.retired_at IS NULL
       OR to_jsonb(NEW) - ARRAY['retired_at']
          IS DISTINCT FROM to_jsonb(OLD) - ARRAY['retired_at'])
    THEN
        RAISE EXCEPTION 'a key can only be retired, once'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (
        SELECT FROM public.disclosure_auditentry e
         WHERE e.stream = 'requester:' || NEW.requester_id
           AND e.xid = pg_current_xact_id())
    THEN
        RAISE EXCEPTION '% written without an audit entry of this transaction',
            TG_TABLE_NAME USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER recipient_key_entered AFTER INSERT OR UPDATE
    ON public.disclosure_recipientkey DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION public.guard_recipient_key();
ALTER TABLE public.disclosure_recipientkey
    ENABLE ALWAYS TRIGGER recipient_key_entered;
