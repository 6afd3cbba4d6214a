package dev.lpar.agent.report;

import dev.lpar.agent.endpoint.Access;
import dev.lpar.agent.endpoint.Caller;
import dev.lpar.agent.endpoint.Reviews;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Asks the API server, as kube-rbac-proxy and the kubelet do. */
public final class ClusterReviews implements Reviews {
  private final KubernetesClient client;

  public ClusterReviews(ApiServer server) {
    this.client = server.client();
  }

  @Override
  public Optional<Caller> authenticate(String token) throws UnavailableException {
    var review = new TokenReviewBuilder().withNewSpec().withToken(token).endSpec().build();
    try {
      var status = client.tokenReviews().create(review).getStatus();
      if (!Boolean.TRUE.equals(status.getAuthenticated())) {
        return Optional.empty();
      }
      var user = status.getUser();
      return Optional.of(
          new Caller(
              user.getUsername(),
              Objects.requireNonNullElse(user.getUid(), ""),
              Objects.requireNonNullElse(user.getGroups(), List.of()),
              Objects.requireNonNullElse(user.getExtra(), Map.of())));
    } catch (KubernetesClientException e) {
      throw unavailable("TokenReview", e);
    }
  }

  @Override
  public boolean allows(Caller caller, Access access) throws UnavailableException {
    var spec =
        new SubjectAccessReviewBuilder()
            .withNewSpec()
            .withUser(caller.name())
            .withUid(caller.uid())
            .withGroups(caller.groups())
            .withExtra(caller.extra());
    var asked =
        switch (access) {
          case Access.NonResource(var path, var verb) ->
              spec.withNewNonResourceAttributes(path, verb);
          case Access.Resource of ->
              spec.withNewResourceAttributes()
                  .withGroup(of.group())
                  .withResource(of.resource())
                  .withSubresource(of.subresource())
                  .withVerb(of.verb())
                  .withNamespace(of.namespace())
                  .withName(of.name())
                  .endResourceAttributes();
        };
    try {
      var review = asked.endSpec().build();
      var status = client.authorization().v1().subjectAccessReview().create(review).getStatus();
      return Boolean.TRUE.equals(status.getAllowed());
    } catch (KubernetesClientException e) {
      throw unavailable("SubjectAccessReview", e);
    }
  }

  /** Without what the API server says: it might quote the request, and a token is in that. */
  private static UnavailableException unavailable(String kind, KubernetesClientException e) {
    Throwable last = e;
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof KubernetesClientException answered && answered.getCode() > 0) {
        return new UnavailableException(
            "can't create a " + kind + ": HTTP status " + answered.getCode());
      }
      last = cause;
    }
    return new UnavailableException("can't create a " + kind + ": " + last);
  }
}
