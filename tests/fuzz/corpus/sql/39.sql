SELECT a /* c /* d */ */ -- e
;SELECT 2;;
