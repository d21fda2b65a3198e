"""Who may sign in to the demonstration, and what each is there to show."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Persona:
    """Somebody with a password. `domain` is what they type at the sign-in: names from ROOT down, nothing for ROOT."""

    username: str
    domain: str
    role: str
    is_of_directory: bool = False

    @property
    def words(self) -> str:
        """Who that is, in a few words."""
        return f"{self.role} (LDAP)" if self.is_of_directory else self.role


ROOT_ADMIN = Persona("admin", "", "root admin")
DOMAIN_ADMIN = Persona("alan", "acme", "domain admin")
TENANT = Persona("ada", "acme", "user", is_of_directory=True)
COLLEAGUE = Persona("katherine", "acme/research", "user", is_of_directory=True)
NESTED_ADMIN = Persona("grace", "acme", "domain admin", is_of_directory=True)
NEIGHBOUR = Persona("barbara", "globex", "user")

PERSONAS = (ROOT_ADMIN, DOMAIN_ADMIN, NESTED_ADMIN, TENANT, COLLEAGUE, NEIGHBOUR)
OF_DIRECTORY = tuple(one.username for one in PERSONAS if one.is_of_directory)
