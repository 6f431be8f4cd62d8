{{ contact_of_services(
    'csds', 'activity_type', 'activity_role', unlisted='other', professional='care_professional_id'
) }}
