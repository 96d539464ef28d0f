// Package joins has one test for each further HTTP library: a request continues the caller's trace, is named by its route,
// and an outgoing request of the handler carries the context on.
package joins
