SELECT -a ^ b + c * d || e < f IS NULL AND NOT g OR h
