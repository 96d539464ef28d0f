/** Asks the shop's API, and throws where it refuses. */
async function callApi(path, method = 'GET') {
  const response = await fetch(path, { method })
  if (!response.ok) throw new Error(`${method} ${path}: status ${response.status}`)
  return response.json()
}

const pages = {
  '/': `
    <h1></h1>
    <button type="button" id="buy">Buy</button>
    <button type="button" id="check">Check</button>
    <a href="/cart">Cart</a>
    <form>
      <input name="code" aria-label="Code">
      <button>Redeem</button>
      <output></output>
    </form>`,
  '/cart': '<h1></h1> <a href="/">Products</a>',
}

const find = (selector) => document.querySelector(selector)

async function load(path) {
  const items = await callApi(path)
  find('h1').textContent = items.join(', ')
}

async function show(path) {
  find('main').innerHTML = pages[path]
  find('a').addEventListener('click', (event) => {
    event.preventDefault()
    history.pushState(null, '', event.target.href)
    void show(event.target.pathname)
  })
  if (path === '/cart') return load('/api/cart')
  find('#buy').addEventListener('click', async () => {
    await callApi('/api/orders', 'POST')
    await load('/api/products')
  })
  find('#check').addEventListener('click', async () => {
    await callApi('/api/stock')
    throw new Error('out of stock')
  })
  find('form').addEventListener('submit', async (event) => {
    event.preventDefault()
    const { percent } = await callApi('/api/coupons', 'POST')
    find('output').textContent = `${percent} % off`
  })
  return load('/api/products')
}

addEventListener('popstate', () => show(location.pathname))
void show(location.pathname)
