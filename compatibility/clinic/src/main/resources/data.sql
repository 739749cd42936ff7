insert into bike (frame_number, gears) values ('WS-1001', 21), ('WS-1002', 3), ('WS-1003', 11);
insert into repair (bike_id, work, contact) values
	(1, 'New brake pads', '3884 448899'), (1, 'True the rear wheel', '3884 448899'), (2, 'Patch a tube', '3884 223344');
insert into part (name, stock) values ('chain', 12), ('tube', 80), ('saddle', 4);
insert into mechanic (name, password, role) values
	('ida', '{noop}spanner', 'MECHANIC'), ('oskar', '{noop}truing stand', 'FOREMAN');
