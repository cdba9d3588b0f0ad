-- Records of what leaves: written beside an entry, and only their ends are added.
-- The arguments of the trigger name the columns that may change.
CREATE FUNCTION public.guard_only_ends() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF to_jsonb(NEW) - TG_ARGV IS DISTINCT FROM to_jsonb(OLD) - TG_ARGV THEN
        RAISE EXCEPTION '% keeps what was recorded', TG_TABLE_NAME
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- What was signed off leaves only as the sealed file that a second person compared.
CREATE FUNCTION public.guard_outgoing() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NEW.status = 'released' AND OLD.status IS DISTINCT FROM 'released'
       AND EXISTS (
        SELECT FROM public.disclosure_signoff s
         WHERE s.production_id = NEW.id AND s.voided_at IS NULL)
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

CREATE TRIGGER production_outgoing BEFORE UPDATE ON public.disclosure_production
    FOR EACH ROW EXECUTE FUNCTION public.guard_outgoing();
CREATE TRIGGER only_ends BEFORE UPDATE ON public.disclosure_signoff
    FOR EACH ROW EXECUTE FUNCTION public.guard_only_ends(
        'voided_at', 'voided_reason');
CREATE TRIGGER only_ends BEFORE UPDATE ON public.disclosure_sealingrecord
    FOR EACH ROW EXECUTE FUNCTION public.guard_only_ends(
        'confirmed_by_id', 'confirmed_at', 'voided_at', 'voided_by_id',
        'voided_reason');
CREATE TRIGGER only_ends BEFORE UPDATE ON public.disclosure_outgoingfile
    FOR EACH ROW EXECUTE FUNCTION public.guard_only_ends();
CREATE TRIGGER only_ends BEFORE UPDATE ON public.disclosure_disc
    FOR EACH ROW EXECUTE FUNCTION public.guard_only_ends(
        'password_sealed', 'shown_by_id', 'shown_at', 'told_by_id', 'told_at',
        'told_to', 'told_channel');
CREATE TRIGGER only_ends BEFORE UPDATE ON public.disclosure_returnslip
    FOR EACH ROW EXECUTE FUNCTION public.guard_only_ends(
        'production_id', 'filled_id', 'signed_name', 'signed_on', 'filled_by_id',
        'filled_at');
ALTER TABLE public.disclosure_production ENABLE ALWAYS TRIGGER production_outgoing;

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY[
        'disclosure_signoff', 'disclosure_sealingrecord', 'disclosure_outgoingfile',
        'disclosure_disc', 'disclosure_returnslip']
    LOOP
        EXECUTE format('ALTER TABLE public.%I ENABLE ALWAYS TRIGGER only_ends', guarded);
        EXECUTE format(
            'CREATE CONSTRAINT TRIGGER entry_written AFTER INSERT OR UPDATE '
            'ON public.%I DEFERRABLE INITIALLY DEFERRED FOR EACH ROW '
            'EXECUTE FUNCTION public.guard_entry()', guarded);
        EXECUTE format(
            'ALTER TABLE public.%I ENABLE ALWAYS TRIGGER entry_written', guarded);
    END LOOP;
END
$$;

ALTER TABLE public.disclosure_signoff
    ADD CONSTRAINT sign_off_names_preparer FOREIGN KEY (production_id, preparer_id)
    REFERENCES public.disclosure_production (id, prepared_by_id);
ALTER TABLE public.disclosure_sealingrecord
    ADD CONSTRAINT sealing_record_names_preparer
    FOREIGN KEY (production_id, preparer_id)
    REFERENCES public.disclosure_production (id, prepared_by_id);
