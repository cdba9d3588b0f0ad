-- No answer to a court or authority leaves unless these very contents were signed off
-- and the sealed file was compared; what was signed off for others neither.
CREATE OR REPLACE FUNCTION public.guard_outgoing() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    to_state boolean;
    signed boolean;
BEGIN
    -- Any other way to this status the guard of steps refuses.
    IF NEW.status <> 'released' OR OLD.status <> 'sealed' THEN
        RETURN NEW;
    END IF;
    to_state := NEW.recipient_authority_id IS NOT NULL OR EXISTS (
        SELECT FROM public.disclosure_requester q
         WHERE q.id = NEW.recipient_requester_id
           AND q.kind IN (
               'court', 'procuratorate', 'police', 'state_security', 'supervision',
               'copyright_authority', 'market_regulator', 'tax', 'cac',
               'telecom_authority'));
    signed := EXISTS (
        SELECT FROM public.disclosure_signoff s
         WHERE s.production_id = NEW.id AND s.voided_at IS NULL
           AND s.contents_sha256 = NEW.contents_sha256);
    IF to_state AND NOT signed THEN
        RAISE EXCEPTION 'production % is not signed off', NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    IF (to_state OR EXISTS (
            SELECT FROM public.disclosure_signoff s
             WHERE s.production_id = NEW.id AND s.voided_at IS NULL))
       AND NOT EXISTS (
        SELECT FROM public.disclosure_sealingrecord r
         WHERE r.production_id = NEW.id AND r.voided_at IS NULL
           AND r.confirmed_at IS NOT NULL
           AND r.package_sha256 = NEW.package_sha256
           AND r.contents_sha256 = NEW.contents_sha256)
    THEN
        RAISE EXCEPTION 'production % has no compared sealed file', NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- Who says that two files say the same has opened both, after the later one came.
CREATE FUNCTION public.guard_second_look() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    looker uuid;
    since timestamptz;
    of_answer uuid;
    sides text[];
BEGIN
    IF TG_TABLE_NAME = 'disclosure_sealingrecord' THEN
        IF NEW.confirmed_at IS NULL
           OR TG_OP = 'UPDATE' AND OLD.confirmed_at IS NOT NULL
        THEN
            RETURN NEW;
        END IF;
        looker := NEW.confirmed_by_id;
        since := NEW.recorded_at;
        of_answer := NEW.production_id;
        sides := ARRAY[NEW.package_sha256, NEW.released_sha256];
    ELSE
        IF NEW.checked_at IS NULL
           OR TG_OP = 'UPDATE' AND OLD.checked_at IS NOT NULL
        THEN
            RETURN NEW;
        END IF;
        looker := NEW.checked_by_id;
        since := NEW.filled_at;
        of_answer := NEW.production_id;
        sides := ARRAY(
            SELECT d.sha256 FROM public.disclosure_document d
             WHERE d.id = NEW.document_id AND d.storage_name <> ''
             UNION
            SELECT f.sha256 FROM public.disclosure_outgoingfile f
             WHERE f.id = NEW.filled_id);
    END IF;
    IF cardinality(sides) = 0 OR EXISTS (
        SELECT FROM unnest(sides) AS side(sha256)
         WHERE NOT EXISTS (
            SELECT FROM public.disclosure_paperview v
             WHERE v.production_id = of_answer AND v.seen_by_id = looker
               AND v.sha256 = side.sha256 AND v.seen_at >= since))
    THEN
        RAISE EXCEPTION '% % was not looked at by who says it is right',
            TG_TABLE_NAME, NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER second_look BEFORE INSERT OR UPDATE ON public.disclosure_sealingrecord
    FOR EACH ROW EXECUTE FUNCTION public.guard_second_look();
CREATE TRIGGER second_look BEFORE INSERT OR UPDATE ON public.disclosure_returnslip
    FOR EACH ROW EXECUTE FUNCTION public.guard_second_look();
ALTER TABLE public.disclosure_sealingrecord ENABLE ALWAYS TRIGGER second_look;

-- A checked slip is filled in for good; what was put aside leaves with its reason.
CREATE FUNCTION public.guard_checked_slip() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF OLD.checked_at IS NOT NULL AND to_jsonb(NEW) IS DISTINCT FROM to_jsonb(OLD) THEN
        RAISE EXCEPTION 'slip % was checked', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER checked_slip BEFORE UPDATE ON public.disclosure_returnslip
    FOR EACH ROW EXECUTE FUNCTION public.guard_checked_slip();
DROP TRIGGER only_ends ON public.disclosure_returnslip;
CREATE TRIGGER only_ends BEFORE UPDATE ON public.disclosure_returnslip
    FOR EACH ROW EXECUTE FUNCTION public.guard_only_ends(
        'production_id', 'filled_id', 'signed_name', 'signed_on', 'filled_by_id',
        'filled_at', 'checked_by_id', 'checked_at', 'put_aside_by_id', 'put_aside_at',
        'put_aside_reason');
ALTER TABLE public.disclosure_returnslip
    ENABLE ALWAYS TRIGGER second_look,
    ENABLE ALWAYS TRIGGER checked_slip,
    ENABLE ALWAYS TRIGGER only_ends;

CREATE TRIGGER only_ends BEFORE UPDATE ON public.disclosure_paperview
    FOR EACH ROW EXECUTE FUNCTION public.guard_only_ends();
CREATE CONSTRAINT TRIGGER entry_written AFTER INSERT OR UPDATE
    ON public.disclosure_paperview DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION public.guard_entry();
ALTER TABLE public.disclosure_paperview
    ENABLE ALWAYS TRIGGER only_ends,
    ENABLE ALWAYS TRIGGER entry_written;
