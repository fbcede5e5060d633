-- Over weeks and months what was measured is read by the hour: a quarter of the rows, and of what is in them.
ALTER TABLE kernel.series_point DROP CONSTRAINT series_point_step_s_check,
  ADD CONSTRAINT series_point_step_s_check CHECK (step_s IN (60, 900, 3600));
