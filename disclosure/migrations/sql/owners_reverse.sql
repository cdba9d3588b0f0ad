DROP FUNCTION public.guard_owner() CASCADE;
