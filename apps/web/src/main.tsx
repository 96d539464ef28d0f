import { render } from 'preact'
import { App } from './app.tsx'
import './styles/tokens.css'
import './styles/base.css'
import './styles/layout.css'
import './styles/controls.css'
import './styles/shelf.css'
import './styles/product.css'
import './styles/cart.css'
import './styles/order.css'

const root = document.getElementById('app')
if (root !== null) render(<App />, root)
