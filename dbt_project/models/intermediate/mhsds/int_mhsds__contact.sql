{{ contact_of_services('mhsds', 'procedure_code', 'procedure_role', unlisted='assessment', professional=none) }}
