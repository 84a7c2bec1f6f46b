-- one row per clinician of practice.yaml, as the version of the day they became active; a day since corrected there goes
DELETE FROM front_office.provider
WHERE file_id IS NULL
  AND EXISTS (SELECT 1 FROM configured_provider AS configured
              WHERE configured.provider_id = provider.provider_id AND configured.active_from <> provider.updated_on);

INSERT INTO front_office.provider
SELECT provider_id, active_from, 'rendering', npi, last_name, first_name, taxonomy, active_from, active_to, NULL, NULL, $run_id
FROM configured_provider AS configured
WHERE true
ON CONFLICT (provider_id, updated_on) DO UPDATE
SET npi = excluded.npi, last_name = excluded.last_name, first_name = excluded.first_name, taxonomy = excluded.taxonomy,
    active_to = excluded.active_to, run_id = excluded.run_id
WHERE file_id IS NULL;
