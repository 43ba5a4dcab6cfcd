// Package checks looks at flows and says which alerts they deserve: those that
// follow a risk of the classifier, and those with logic of their own. It decides
// and scores; what an alert changes in the tables, and where it goes, is the
// business of others.
//
// Names of checks, numbers of alerts, scores and thresholds are ntopng's, so that
// the configuration and the texts of its script trees fit.
package checks
