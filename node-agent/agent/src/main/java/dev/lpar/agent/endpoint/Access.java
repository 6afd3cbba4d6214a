package dev.lpar.agent.endpoint;

/** What a caller must be allowed to do, as a SubjectAccessReview puts it. */
public sealed interface Access {
  /** A path of an HTTP server, granted by {@code nonResourceURLs} of a ClusterRole. */
  record NonResource(String path, String verb) implements Access {}

  /**
   * An object of the cluster.
   *
   * @param subresource empty if the object itself is meant
   */
  record Resource(
      String group, String resource, String subresource, String verb, String namespace, String name)
      implements Access {}

  /** As the API server says it: {@code get path "/metrics"}. */
  default String inWords() {
    return switch (this) {
      case NonResource(var path, var verb) -> "%s path \"%s\"".formatted(verb, path);
      case Resource(var group, var resource, var subresource, var verb, var namespace, var name) ->
          "%s %s%s.%s \"%s\" in namespace \"%s\""
              .formatted(
                  verb,
                  resource,
                  subresource.isEmpty() ? "" : "/" + subresource,
                  group,
                  name,
                  namespace);
    };
  }
}
