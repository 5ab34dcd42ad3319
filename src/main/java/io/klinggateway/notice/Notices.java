package io.klinggateway.notice;

import io.klinggateway.ledger.KeyId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.support.Page;
import io.klinggateway.support.PageCursor;
import io.klinggateway.tenant.Keys;
import io.klinggateway.tenant.Tenant;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** What was raised, and where a team's notices go. */
@Component
public class Notices {

    private static final int MOST_CHANNELS = 10;
    private static final int MOST_TESTS = 10;
    private static final Duration OF_TESTS = Duration.ofMinutes(1);

    private final NoticeRepository notices;
    private final NoticeTermsRepository terms;
    private final TargetRules rules;
    private final Keys keys;

    Notices(NoticeRepository notices, NoticeTermsRepository terms, TargetRules rules, Keys keys) {
        this.notices = notices;
        this.terms = terms;
        this.rules = rules;
        this.keys = keys;
    }

    public NoticeTerms terms(TenantId tenant) {
        return terms.find(tenant);
    }

    /** Those that hold: the team's own, or the default; ascending. */
    public List<Integer> thresholds(TenantId tenant) {
        return terms.thresholds(tenant);
    }

    /** The first threshold of each of these teams, in percent of a window; nothing of a team that has none. */
    public Map<TenantId, Integer> firstThresholds(Collection<TenantId> tenants) {
        return tenants.isEmpty() ? Map.of() : terms.firstThresholds(tenants);
    }

    /**
     * Binds the next notice. What is owed to a channel that is removed is given up.
     *
     * @throws ProblemException a 400 that names each channel that cannot be used
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void change(Tenant tenant, NoticeTerms wanted) {
        Map<String, List<String>> faults = new TreeMap<>();
        Map<String, NoticeChannel> known = terms.find(tenant.id()).channels();
        if (wanted.channels().size() > MOST_CHANNELS) {
            faults.put("channels", List.of("must be at most " + MOST_CHANNELS));
        }
        wanted.channels().forEach((name, channel) -> {
            if (!channel.equals(known.get(name))) {
                check(tenant, "channels." + name + ".", channel, faults);
            }
        });
        if (!faults.isEmpty()) {
            throw new ProblemException(Problem.invalid(faults));
        }
        terms.save(tenant.id(), wanted);
    }

    private void check(Tenant tenant, String path, NoticeChannel channel, Map<String, List<String>> faults) {
        rules.brokenRule(channel.kind(), channel.target())
                .ifPresent(rule -> faults.put(path + "target", List.of(rule)));
        KeyId key = channel.key();
        if (channel.kind() == ChannelKind.WEBHOOK
                && (key == null || keys.find(tenant, key).isEmpty())) {
            faults.put(path + "keyId", List.of("must be a key of the team: it signs the webhook"));
        } else if (channel.kind() != ChannelKind.WEBHOOK && key != null) {
            faults.put(path + "keyId", List.of("must be absent: only a WEBHOOK is signed"));
        }
    }

    /**
     * Sends a message through the delivery worker, as any notice is.
     *
     * @param tenant whose channels are tried; null for the operators' own
     * @param channel its name; null for all
     * @return the notice's id; empty, and nothing is sent, if there is no such channel
     * @throws ProblemException a 429 if many have been sent just now: a mailbox or a chat is soon flooded
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public Optional<UUID> test(@Nullable TenantId tenant, @Nullable String channel, String actor) {
        if (notices.recentTests(tenant, OF_TESTS) >= MOST_TESTS) {
            throw new ProblemException(
                    Problem.of(
                            ProblemCode.RATE_LIMITED,
                            MOST_TESTS + " tests were sent within a minute; wait a minute, and try again"),
                    OF_TESTS);
        }
        return notices.test(tenant, channel, actor);
    }

    /**
     * Begins the deliveries of a notice anew that have not succeeded: an attempt now, and the whole series of later ones if it
     * fails.
     *
     * @return the notice, without its deliveries; empty, and nothing is sent, if there is none, or all its channels have it
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public Optional<Notice> retry(UUID notice) {
        return notices.retry(notice);
    }

    /** Those that failed to reach a channel and have not reached it since, as operators see them; newest first. */
    public List<Notice> failing(int most) {
        return notices.failing(most);
    }

    /**
     * As operators see them, newest first.
     *
     * @param tenant null for all, and those that are about no team
     * @param before where the page before ended; null for the first
     */
    public Page<Notice> list(@Nullable TenantId tenant, @Nullable PageCursor before, int limit) {
        return page(notices.list(tenant, before, limit + 1), limit);
    }

    /** As the team sees them: its own, newest first. */
    public Page<Notice> ofTeam(TenantId tenant, @Nullable PageCursor before, int limit) {
        return page(notices.listForTeam(tenant, before, limit + 1), limit);
    }

    private static Page<Notice> page(List<Notice> found, int limit) {
        return Page.of(found, limit, last -> new PageCursor(last.createdAt(), last.id()).encode());
    }
}
