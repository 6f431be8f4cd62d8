{{ referral_of_services('csds') }}
