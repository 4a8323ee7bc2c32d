/** The way to the front door, for whoever came to the door of customers. */
export function ForPartners() {
  return (
    <p>
      Have a product to connect? <a href="/partners">For partners</a>
    </p>
  )
}
