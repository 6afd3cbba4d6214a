package dev.lpar.operator.apply;

import dev.lpar.operator.plan.Announcement;
import dev.lpar.operator.plan.Reason;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Records Events. One that can't be recorded is logged: the status has said it already. */
@Singleton
public class Announcer {
  private static final Logger LOG = Logger.getLogger(Announcer.class);
  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  /** The schema's limit of an Event's note, in bytes; ours are ASCII but for users' names. */
  private static final int LONGEST_NOTE = 1000;

  private final KubernetesClient client;
  private final InstantSource clock;
  private final String instance;

  public Announcer(
      KubernetesClient client,
      InstantSource clock,
      @ConfigProperty(name = "lpar.operator.instance") String instance) {
    this.client = client;
    this.clock = clock;
    this.instance = instance;
  }

  public void announce(HasMetadata about, Announcement announcement) {
    var meta = about.getMetadata();
    String note = announcement.message();
    var event =
        new EventBuilder()
            .withNewMetadata()
            .withNamespace(meta.getNamespace())
            .withName(meta.getName() + "." + UUID.randomUUID().toString().substring(0, 13))
            .endMetadata()
            .withEventTime(new MicroTime(MICROS.format(clock.instant())))
            .withReportingController(FieldManagers.OPERATOR)
            .withReportingInstance(instance)
            .withAction("Reconcile")
            .withType(Reason.word(announcement.severity().name()))
            .withReason(announcement.reason())
            .withNote(note.length() > LONGEST_NOTE ? note.substring(0, LONGEST_NOTE) : note)
            .withRegarding(
                new ObjectReferenceBuilder()
                    .withApiVersion(about.getApiVersion())
                    .withKind(about.getKind())
                    .withNamespace(meta.getNamespace())
                    .withName(meta.getName())
                    .withUid(meta.getUid())
                    .withResourceVersion(meta.getResourceVersion())
                    .build())
            .build();
    try {
      client.resource(event).create();
    } catch (KubernetesClientException e) {
      LOG.warnf(
          "Event %s of %s/%s not recorded: %s",
          announcement.reason(), meta.getNamespace(), meta.getName(), e.getMessage());
    }
  }
}
