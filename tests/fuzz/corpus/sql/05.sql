CREATE LOOKUP TABLE l FROM http (url = 'x')
