"""On the VM: a number with places is a float."""

Decimal = float
