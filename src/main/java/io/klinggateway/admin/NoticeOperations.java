package io.klinggateway.admin;

import io.klinggateway.admin.AuditLog.Action;
import io.klinggateway.admin.NoticeRequests.ChannelTest;
import io.klinggateway.admin.NoticeRequests.NewChannel;
import io.klinggateway.admin.NoticeRequests.NoticeChange;
import io.klinggateway.admin.NoticeRequests.Silence;
import io.klinggateway.admin.NoticeRequests.ThresholdList;
import io.klinggateway.notice.Notice;
import io.klinggateway.notice.NoticeTerms;
import io.klinggateway.notice.Notices;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.support.Instants;
import io.klinggateway.support.Page;
import io.klinggateway.support.PageCursor;
import io.klinggateway.tenant.TenantRecord;
import io.klinggateway.tenant.Tenants;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** What teams hear of, and where. Every change is on record; no credential is. A declared team's notices change here, too. */
@Component
public class NoticeOperations {

    private final Tenants tenants;
    private final Notices notices;
    private final AuditLog audit;
    private final OperatorJson json;

    NoticeOperations(Tenants tenants, Notices notices, AuditLog audit, OperatorJson json) {
        this.tenants = tenants;
        this.notices = notices;
        this.audit = audit;
        this.json = json;
    }

    public NoticeTermsView find(String tenantName) {
        TenantRecord tenant = find(tenantName, tenants.find(tenantName));
        return view(tenant, notices.terms(tenant.tenant().id()));
    }

    /** The team's newest, with those that only operators hear of. */
    public List<Notice> latest(String tenantName, int most) {
        return list(tenantName, null, most).items();
    }

    /** @param tenantName null for all, and those that are about no team */
    Page<Notice> list(@Nullable String tenantName, @Nullable PageCursor before, int limit) {
        return notices.list(
                tenantName == null
                        ? null
                        : find(tenantName, tenants.find(tenantName)).tenant().id(),
                before,
                limit);
    }

    @Transactional
    NoticeTermsView change(Actor actor, String tenantName, MergePatch patch) {
        return change(actor, tenantName, now -> json.read(patch.onto(json.tree(now)), NoticeChange.class));
    }

    /** Adds a channel, or changes the one of that name. */
    @Transactional
    public NoticeTermsView setChannel(Actor actor, String tenantName, NewChannel channel) {
        return change(actor, tenantName, now -> now.with(channel.name(), channel.toTerms()));
    }

    /** Removing it again changes nothing. */
    @Transactional
    public NoticeTermsView removeChannel(Actor actor, String tenantName, String channel) {
        return change(actor, tenantName, now -> now.without(channel));
    }

    @Transactional
    public NoticeTermsView setThresholds(Actor actor, String tenantName, ThresholdList thresholds) {
        return change(actor, tenantName, now -> now.withThresholds(thresholds.numbers()));
    }

    @Transactional
    public NoticeTermsView silence(Actor actor, String tenantName, Silence silence) {
        return change(actor, tenantName, now -> now.silencedUntil(silence.silencedUntil()));
    }

    /** Binds the next notice, whichever replica raises it. */
    private NoticeTermsView change(Actor actor, String tenantName, UnaryOperator<NoticeChange> change) {
        TenantRecord tenant = find(tenantName, tenants.lock(tenantName));
        NoticeTerms before = notices.terms(tenant.tenant().id());
        NoticeTermsView shownBefore = view(tenant, before);
        NoticeChange asked = json.read(json.tree(change.apply(NoticeChange.of(before))), NoticeChange.class);
        refuseEndless(asked.silencedUntil());
        NoticeTerms wanted = asked.toTerms();
        if (wanted.equals(before)) {
            return shownBefore;
        }
        notices.change(tenant.tenant(), wanted);
        NoticeTermsView after = view(tenant, wanted);
        audit.record(actor, Action.of("notices.change", tenantName), shownBefore, after);
        return after;
    }

    private static void refuseEndless(@Nullable Instant silencedUntil) {
        if (silencedUntil != null && silencedUntil.isAfter(Instants.LATEST)) {
            throw new ProblemException(Problem.invalid("silencedUntil", "must be before the year 10000"));
        }
    }

    /**
     * Sends a message to one channel of a team, or to all.
     *
     * @return the notice's id, which the message carries
     */
    @Transactional
    public UUID test(Actor actor, String tenantName, ChannelTest asked) {
        TenantRecord tenant = find(tenantName, tenants.lock(tenantName));
        UUID notice = notices.test(tenant.tenant().id(), asked.channel(), actor.name())
                .orElseThrow(
                        () -> Refusals.notFound("The team \"" + tenantName + "\" has no such channel for notices"));
        audit.record(actor, Action.of("notices.test", tenantName).about(notice), null, null);
        return notice;
    }

    /** The same to the operators' own channels. */
    @Transactional
    UUID test(Actor actor, ChannelTest asked) {
        UUID notice = notices.test(null, asked.channel(), actor.name())
                .orElseThrow(
                        () -> Refusals.notFound("No such channel of the operators is set (gateway.notices.operators)"));
        audit.record(actor, new Action("notices.test", null, notice.toString(), null), null, null);
        return notice;
    }

    /** Tries what has not arrived of a notice now, and begins its series of attempts anew. */
    @Transactional
    public void retry(Actor actor, UUID notice) {
        Notice retried = notices.retry(notice).orElseThrow(NoticeOperations::noDelivery);
        audit.record(actor, new Action("notices.retry", retried.team(), notice.toString(), null), null, null);
    }

    static RuntimeException noDelivery() {
        return Refusals.notFound("There is no notice of that id with a failed delivery");
    }

    private NoticeTermsView view(TenantRecord tenant, NoticeTerms terms) {
        return NoticeTermsView.of(terms, notices.thresholds(tenant.tenant().id()));
    }

    private static TenantRecord find(String name, Optional<TenantRecord> tenant) {
        return tenant.orElseThrow(() -> Refusals.noTenant(name));
    }
}
