CREATE TABLE products (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  price_cents INTEGER NOT NULL CHECK (price_cents > 0),
  image TEXT NOT NULL,
  position INTEGER NOT NULL
);

CREATE TABLE orders (
  id TEXT PRIMARY KEY,
  payment_id TEXT NOT NULL,
  total_cents INTEGER NOT NULL,
  -- JSON: [{ "productId", "quantity", "priceCents" }], at the prices of that moment.
  items TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('paid', 'fulfilled')),
  created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
