"""Google's resource names, parsed once at the edge."""

from dataclasses import dataclass
from urllib.parse import quote, unquote

DOCKER_HOST_SUFFIX = "-docker.pkg.dev"


@dataclass(frozen=True, slots=True, order=True)
class ResourceName:
    """A regional resource: ``projects/P/locations/L/<path>``, where path alternates collection, id."""

    project: str
    location: str
    path: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "ResourceName":
        """Read Google's full name; ValueError names the text that is no such name."""
        parts = text.split("/")
        if len(parts) < 6 or len(parts) % 2 or parts[0::2][:2] != ["projects", "locations"] or not all(parts):
            raise ValueError(f"not a regional resource name: {text!r}")
        return cls(parts[1], parts[3], tuple(parts[4:]))

    @property
    def short(self) -> str:
        """The last id, as people call it."""
        return self.path[-1]

    @property
    def collection(self) -> str:
        """The last collection: ``services``, ``revisions``, …"""
        return self.path[-2]

    @property
    def parent(self) -> "ResourceName":
        """The resource that holds this one; ValueError at the top."""
        if len(self.path) < 4:
            raise ValueError(f"{self} has no parent resource")
        return ResourceName(self.project, self.location, self.path[:-2])

    def __str__(self) -> str:
        return f"projects/{self.project}/locations/{self.location}/{'/'.join(self.path)}"


@dataclass(frozen=True, slots=True, order=True)
class RepositoryName:
    """An Artifact Registry repository."""

    project: str
    location: str
    repository: str

    @classmethod
    def parse(cls, text: str) -> "RepositoryName":
        """Read ``projects/P/locations/L/repositories/R``; ValueError otherwise."""
        name = ResourceName.parse(text)
        if len(name.path) != 2 or name.path[0] != "repositories":
            raise ValueError(f"not a repository name: {text!r}")
        return cls(name.project, name.location, name.path[1])

    def __str__(self) -> str:
        return f"projects/{self.project}/locations/{self.location}/repositories/{self.repository}"

    def package(self, package: str) -> str:
        """Google's name of a package; its slashes are escaped (package.proto)."""
        return f"{self}/packages/{quote(package, safe='')}"

    def version(self, package: str, digest: str) -> str:
        """Google's name of an image: the version that a delete call carries."""
        return f"{self.package(package)}/versions/{digest}"

    def tag(self, package: str, tag: str) -> str:
        """Google's name of a tag (tag.proto: other characters are URL-encoded)."""
        return f"{self.package(package)}/tags/{quote(tag, safe='-._~:@')}"

    @property
    def uri(self) -> str:
        """Where docker pulls from, without package: ``L-docker.pkg.dev/P/R``."""
        if self.is_gcr:
            return f"{self.repository}/{self.project_path}"
        return f"{self.location}{self._docker_uri}"

    @property
    def project_path(self) -> str:
        """The project as it stands in URIs; a domain-scoped one (``example.com:p``) takes two segments."""
        return self.project.replace(":", "/")

    @property
    def uris(self) -> tuple[str, ...]:
        """All ways in which the URI of an image in it may begin, with the slash before the package. Without a location
        where a variable stands for it; behind a gcr.io domain with the domain, too."""
        docker = f"{self._docker_uri}/"
        gcr = (f"{self.uri}/",) if self.is_gcr else ()
        return (f"{self.location}{docker}", docker, *gcr)

    @property
    def _docker_uri(self) -> str:
        return f"{DOCKER_HOST_SUFFIX}/{self.project_path}/{self.repository}"

    @property
    def is_gcr(self) -> bool:
        """Whether it stands behind a gcr.io domain (``gcr.io``, ``eu.gcr.io``, …)."""
        return self.repository == "gcr.io" or self.repository.endswith(".gcr.io")


def image_of(version: str) -> tuple[RepositoryName, str, str]:
    """Repository, package (unescaped) and digest of a version, from its name."""
    name = ResourceName.parse(version)
    return RepositoryName(name.project, name.location, name.path[1]), unquote(name.path[3]), name.path[5]


def project_of(name: str) -> str:
    """The project that a resource name begins with; empty for a name of another shape."""
    parts = name.split("/", 2)
    return parts[1] if len(parts) == 3 and parts[0] == "projects" else ""
