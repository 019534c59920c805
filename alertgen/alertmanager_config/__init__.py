"""The operator's AlertmanagerConfig objects: one for each team, and what is left for the base configuration.

Facts are the operator's: pkg/alertmanager/amcfg.go (how objects are merged) and the CRD of operator 0.80, v1alpha1
(what an object can say); later versions know all of that.
"""
