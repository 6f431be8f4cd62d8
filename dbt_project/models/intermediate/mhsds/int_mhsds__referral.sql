{{ referral_of_services('mhsds') }}
