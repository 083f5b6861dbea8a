ALTER SOURCE s SET (a = 'b')
