INSERT INTO products (id, name, description, price_cents, image, position) VALUES
  ('enamel-mug', 'Enamel Mug', 'Steel under two coats of enamel, 350 ml. Chips with dignity, and may go straight onto the stove.', 1800, 'mug', 1),
  ('wool-blanket', 'Highland Wool Blanket', 'Undyed wool from one flock, woven heavy, 140 by 200 cm. Smells faintly of rain for the first week.', 12900, 'blanket', 2),
  ('storm-lantern', 'Storm Lantern', 'Burns paraffin for twenty hours and does not mind the wind. The glass lifts for trimming the wick.', 4900, 'lantern', 3),
  ('canvas-tote', 'Waxed Canvas Tote', 'Holds a week of groceries and sheds a shower. The straps are stitched through, not glued.', 3900, 'tote', 4),
  ('merino-socks', 'Merino Walking Socks', 'Fine merino with a terry sole, knitted without a seam at the toe. Warm when wet.', 2200, 'socks', 5),
  ('steel-flask', 'Steel Flask', 'Double-walled, 0.75 l. Tea stays hot from breakfast to the summit, and the cap is a cup.', 3400, 'flask', 6),
  ('rain-jacket', 'Harbour Rain Jacket', 'Rubberised cotton with taped seams and a hood that turns with your head. Two pockets large enough for a map.', 18900, 'jacket', 7),
  ('last-umbrella', 'The Last Umbrella', 'Ash handle, steel ribs, a canopy that comes back from being blown inside out. Everybody wants one when it rains.', 5900, 'umbrella', 8);
