"""Signs that the platform team slips into operations: each from its declared source, or said not to be measured."""
