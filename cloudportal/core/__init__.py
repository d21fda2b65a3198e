"""Words that every room uses: callers, actions, errors, states, scopes. No tables."""
