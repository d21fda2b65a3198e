"""The portal's pages about who is who: signing in, the profile, domains, accounts, users, projects, limits."""
