"""The sweep: observe, decide, plan, guard, apply, record, report."""
