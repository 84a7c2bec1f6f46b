-- one row per clinician of practice.yaml that is not held as it stands there; a row a feed brought is left alone
SELECT configured.provider_id
FROM configured_provider AS configured
LEFT JOIN front_office.provider AS held ON held.provider_id = configured.provider_id AND held.updated_on = configured.active_from
WHERE held.provider_id IS NULL
   OR (held.file_id IS NULL
       AND (held.npi, held.last_name, held.first_name, coalesce(held.taxonomy, ''), coalesce(held.active_to, DATE '9999-12-31'))
           <> (configured.npi, configured.last_name, configured.first_name, coalesce(configured.taxonomy, ''),
               coalesce(configured.active_to, DATE '9999-12-31')));
