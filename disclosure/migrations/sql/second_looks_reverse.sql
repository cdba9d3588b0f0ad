DROP TRIGGER entry_written ON public.disclosure_paperview;
DROP TRIGGER only_ends ON public.disclosure_paperview;
DROP TRIGGER only_ends ON public.disclosure_returnslip;
CREATE TRIGGER only_ends BEFORE UPDATE ON public.disclosure_returnslip
    FOR EACH ROW EXECUTE FUNCTION public.guard_only_ends(
        'production_id', 'filled_id', 'signed_name', 'signed_on', 'filled_by_id',
        'filled_at');
ALTER TABLE public.disclosure_returnslip ENABLE ALWAYS TRIGGER only_ends;
DROP FUNCTION public.guard_checked_slip() CASCADE;
DROP FUNCTION public.guard_second_look() CASCADE;
CREATE OR REPLACE FUNCTION public.guard_outgoing() RETURNS trigger
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
