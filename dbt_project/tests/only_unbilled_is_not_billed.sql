-- fails with every row in the bucket `not billed` of a base on which every balance has an age
select * from {{ ref('ar_aging') }} where bucket = 'not billed' and aging_base <> 'first_bill'
