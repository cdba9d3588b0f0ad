-- A produced value must answer the granted days. An event does by the day it happened;
-- a standing fact by one of the days on which it was the current one, where the
-- service named them.
CREATE OR REPLACE FUNCTION public.guard_produced_item() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    granted record;
    fetched record;
    production_status text;
    production_kind text;
BEGIN
    SELECT p.status, p.kind INTO production_status, production_kind
      FROM public.disclosure_production p WHERE p.id = NEW.production_id;
    IF production_status IS DISTINCT FROM 'preparing' THEN
        RAISE EXCEPTION 'items change while preparing only, not %', production_status
            USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'INSERT' AND production_kind IS DISTINCT FROM 'answer' THEN
        RAISE EXCEPTION 'only an answer holds values, not a %', production_kind
            USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF NEW.is_current OR (NEW.production_id, NEW.decision_id, NEW.target_id,
                NEW.field, NEW.value_id, NEW.observed_at)
            IS DISTINCT FROM (OLD.production_id, OLD.decision_id, OLD.target_id,
                OLD.field, OLD.value_id, OLD.observed_at)
        THEN
            RAISE EXCEPTION 'a produced item never changes'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    SELECT g.periods, g.is_timed INTO granted
      FROM public.disclosure_grantedfield g
     WHERE g.decision_id = NEW.decision_id AND g.target_id = NEW.target_id
       AND g.field = NEW.field;
    SELECT v.observed_at, v.current_on, h.target_id, h.field INTO fetched
      FROM public.disclosure_sealedvalue v
      JOIN public.disclosure_holdingrecord h ON h.id = v.holding_id
     WHERE v.id = NEW.value_id;
    IF granted.periods IS NULL OR fetched.target_id IS DISTINCT FROM NEW.target_id
       OR fetched.field IS DISTINCT FROM NEW.field
       OR fetched.observed_at IS DISTINCT FROM NEW.observed_at
    THEN
        RAISE EXCEPTION 'a produced value must be of the granted account and field'
            USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.observed_at IS NULL AND granted.is_timed
            AND granted.periods <> '{(,)}'::datemultirange)
       OR (NEW.observed_at IS NOT NULL AND NOT granted.periods
            @> (NEW.observed_at AT TIME ZONE 'Asia/Shanghai')::date)
       OR NOT granted.periods && coalesce(fetched.current_on, granted.periods)
    THEN
        RAISE EXCEPTION 'a produced value lies outside the granted days'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
