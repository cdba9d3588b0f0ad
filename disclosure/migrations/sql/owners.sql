-- A row stays with the request whose trail tells of it. An entry is looked for where
-- the row belongs: moved, it would leave the one record with an entry in the other
-- alone, and a hold, an account or a paper would be gone without a word.
CREATE FUNCTION public.guard_owner() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION '% stays where it was recorded', TG_TABLE_NAME
        USING ERRCODE = 'check_violation';
END
$$;

DO $$
DECLARE
    guarded record;
BEGIN
    FOR guarded IN
        SELECT * FROM (VALUES
            ('accountchoice', 'disclosure_request_id'),
            ('accountresolution', 'disclosure_request_id'),
            ('approval', 'production_id'),
            ('caseassessment', 'disclosure_request_id'),
            ('completionitem', 'disclosure_request_id'),
            ('deadline', 'disclosure_request_id'),
            ('decision', 'disclosure_request_id'),
            ('delivery', 'production_id'),
            ('document', 'disclosure_request_id'),
            ('documentnumber', 'disclosure_request_id'),
            ('fielddisposition', 'production_id'),
            ('grantedfield', 'decision_id'),
            ('helduperasure', 'disclosure_request_id'),
            ('holdingrecord', 'target_id'),
            ('holdingtask', 'disclosure_request_id'),
            ('incidentclock', 'incident_id'),
            ('incidentnotice', 'incident_id'),
            ('instrument', 'disclosure_request_id'),
            ('legalhold', 'disclosure_request_id'),
            ('letter', 'disclosure_request_id'),
            ('lookuppart', 'disclosure_request_id'),
            ('message', 'disclosure_request_id'),
            ('objection', 'disclosure_request_id'),
            ('preservation', 'disclosure_request_id'),
            ('preservationproposal', 'disclosure_request_id'),
            ('production', 'disclosure_request_id'),
            ('referral', 'disclosure_request_id'),
            ('sealedvalue', 'holding_id'),
            ('targetaccount', 'disclosure_request_id'),
            ('usernotice', 'disclosure_request_id')
        ) AS each (name, owner)
    LOOP
        EXECUTE format(
            'CREATE TRIGGER owner_kept BEFORE UPDATE ON public.disclosure_%I '
            'FOR EACH ROW WHEN (OLD.%I IS DISTINCT FROM NEW.%I) '
            'EXECUTE FUNCTION public.guard_owner()',
            guarded.name, guarded.owner, guarded.owner);
        EXECUTE format('ALTER TABLE public.disclosure_%I '
            'ENABLE ALWAYS TRIGGER owner_kept', guarded.name);
    END LOOP;
END
$$;
