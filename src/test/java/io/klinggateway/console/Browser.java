package io.klinggateway.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.JavascriptException;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebDriver;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.FluentWait;
import org.openqa.selenium.support.ui.Select;
import org.openqa.selenium.support.ui.WebDriverWait;
import org.springframework.core.io.ClassPathResource;
import org.webjars.WebJarVersionLocator;

/**
 * Chromium without a window, driven by the machine's own driver; nothing is downloaded. Every page that is looked at must
 * be free of accessibility violations, of overflow and of errors in the browser's log, narrow and wide, light and dark.
 */
final class Browser implements AutoCloseable {

    /** Set to {@code required} where a missing browser is a failure and no reason to skip. */
    private static final String POLICY = "BROWSER_TESTS";

    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final int[] WIDTHS = {360, 1280};
    private static final String AXE =
            read(Objects.requireNonNull(new WebJarVersionLocator().fullPath("axe-core", "axe.min.js")));

    private static final String RUN_AXE = """
            axe.run({resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']}).then(
              found => found.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html + ' ' + n.failureSummary).join(' | ')),
              failure => [String(failure)])
            """;

    // Two frames: colours have no transition left, and charts have their new size.
    private static final String TWO_FRAMES = """
            new Promise(done => requestAnimationFrame(() => setTimeout(() => requestAnimationFrame(() => done(true)), 160)))
            """;

    private final ChromeDriver driver;
    private final String home;
    private final @Nullable Path screenshots;
    private final List<String> faults = new ArrayList<>();
    private int questions;

    private Browser(ChromeDriver driver, String home) {
        this.driver = driver;
        this.home = home;
        String folder = System.getProperty("console.screenshots");
        this.screenshots = folder == null ? null : Path.of(folder);
    }

    static boolean isHere() {
        boolean found = binary().isPresent() && service().isPresent();
        if (!found && "required".equals(System.getenv(POLICY))) {
            throw new IllegalStateException(
                    "There is no Chromium with its driver here, and " + POLICY + "=required; Debian: chromium-driver");
        }
        return found;
    }

    /** @param home where pages' addresses begin */
    static Browser open(String home) {
        ChromeOptions options = new ChromeOptions();
        options.setBinary(binary().orElseThrow().toFile());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--force-color-profile=srgb",
                "--lang=en-GB");
        LoggingPreferences log = new LoggingPreferences();
        log.enable(LogType.BROWSER, Level.ALL);
        options.setCapability("goog:loggingPrefs", log);
        ChromeDriverService driver = new ChromeDriverService.Builder()
                .usingDriverExecutable(service().orElseThrow().toFile())
                .usingAnyFreePort()
                .build();
        Browser browser = new Browser(new ChromeDriver(driver, options), home);
        browser.driver.manage().timeouts().pageLoadTimeout(PATIENCE).scriptTimeout(PATIENCE);
        browser.show(1280, false);
        return browser;
    }

    private static Optional<Path> binary() {
        return first("/usr/bin/chromium", "/usr/bin/google-chrome", "/usr/bin/chromium-browser");
    }

    private static Optional<Path> service() {
        return first("/usr/bin/chromedriver", "/usr/lib/chromium-browser/chromedriver", "/usr/local/bin/chromedriver");
    }

    private static Optional<Path> first(String... candidates) {
        return Stream.of(candidates).map(Path::of).filter(Files::isExecutable).findFirst();
    }

    private static String read(String resource) {
        try {
            return new ClassPathResource(resource).getContentAsString(StandardCharsets.UTF_8);
        } catch (IOException missing) {
            throw new UncheckedIOException(missing);
        }
    }

    void go(String path) {
        driver.get(home + path);
    }

    void back() {
        driver.navigate().back();
    }

    String path() {
        return Objects.requireNonNull(driver.getCurrentUrl()).substring(home.length());
    }

    String text() {
        return driver.findElement(By.tagName("main")).getText();
    }

    WebElement find(String css) {
        return driver.findElement(By.cssSelector(css));
    }

    List<WebElement> all(String css) {
        return driver.findElements(By.cssSelector(css));
    }

    void fill(String id, String text) {
        WebElement field = driver.findElement(By.id(id));
        field.clear();
        field.sendKeys(text);
    }

    void choose(String id, String value) {
        new Select(driver.findElement(By.id(id))).selectByValue(value);
    }

    /** A button or link by its words. */
    void press(String words) {
        String quoted = "'" + words + "'";
        WebElement wanted = driver
                .findElements(By.xpath("//main//button[normalize-space()=" + quoted
                        + "] | //main//a[normalize-space()=" + quoted
                        + "] | //main//summary[starts-with(normalize-space(),"
                        + quoted + ")] | //header//a[normalize-space()=" + quoted
                        + "] | //header//button[normalize-space()=" + quoted + "]"))
                .stream()
                .filter(WebElement::isDisplayed)
                .findFirst()
                .orElseThrow(() -> new AssertionError("nothing says " + quoted + " on " + path() + ":\n" + text()));
        driver.executeScript("arguments[0].scrollIntoView({block: 'center'})", wanted);
        boolean leadsOn = Boolean.TRUE.equals(driver.executeScript(
                "const it = arguments[0]; return it.tagName === 'A' || it.type === 'submit' && it.form !== null",
                wanted));
        driver.executeScript("window.browserPressed = true");
        wanted.click();
        if (leadsOn) {
            // The driver's click returns while a form is still on its way.
            patiently()
                    .withMessage(() -> quoted + " led nowhere from " + path() + ":\n" + text())
                    .until(_ -> run("return !window.browserPressed && document.readyState === 'complete'")
                            .equals(true));
        }
    }

    void await(String text) {
        patiently()
                .withMessage(() -> "\"" + text + "\" on " + path() + ":\n" + text())
                .until(_ -> text().contains(text));
    }

    void awaitPath(String regex) {
        patiently().until(_ -> path().matches(regex));
    }

    /** Waits through the moments in which one page takes the place of another. */
    private FluentWait<WebDriver> patiently() {
        return new WebDriverWait(driver, PATIENCE, Duration.ofMillis(50))
                .ignoring(StaleElementReferenceException.class, JavascriptException.class);
    }

    Object run(String script) {
        return Objects.requireNonNull(driver.executeScript(script));
    }

    /** Looks at the page in every way; what is found wrong is told by {@link #faults}. */
    void look(String name) {
        for (int width : WIDTHS) {
            for (boolean dark : new boolean[] {false, true}) {
                show(width, dark);
                String view = name + " at " + width + (dark ? " dark" : " light");
                violations().forEach(violation -> faults.add(view + ": " + violation));
                Object beyond = run("return document.scrollingElement.scrollWidth - innerWidth");
                if (!beyond.equals(0L)) {
                    faults.add(view + ": " + beyond + " pixels beyond the edge");
                }
                capture(name + "-" + width + (dark ? "-dark" : "") + ".png");
            }
        }
        show(1280, false);
        driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.SEVERE.intValue())
                // The status that a page has on purpose is no error of the page.
                .filter(entry -> !entry.getMessage().contains("the server responded with a status of 4"))
                .forEach(entry -> faults.add(name + ": the browser says " + entry.getMessage()));
    }

    List<String> faults() {
        return faults;
    }

    @SuppressWarnings("unchecked")
    private List<String> violations() {
        return (List<String>) answer("if (!window.axe) { " + AXE + " }", RUN_AXE);
    }

    /**
     * What a promise comes to in the page. A page that is replaced meanwhile never answers, so its successor is asked again.
     *
     * @param promise an expression; what it comes to is not null
     */
    private Object answer(String preparation, String promise) {
        String answer = "window.browserAnswer" + ++questions;
        return Objects.requireNonNull(patiently().<@Nullable Object>until(_ -> {
            if (run("return " + answer + " === undefined").equals(true)) {
                driver.executeScript(
                        preparation + answer + " = null; (" + promise + ").then(found => " + answer + " = found)");
            }
            return driver.executeScript("return " + answer);
        }));
    }

    private void show(int width, boolean dark) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", false));
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
        answer("", TWO_FRAMES);
    }

    /** For people to look at; only where they ask for it. */
    private void capture(String file) {
        if (screenshots == null) {
            return;
        }
        try {
            Files.createDirectories(screenshots);
            Number height = (Number) run("return document.documentElement.scrollHeight");
            Number width = (Number) run("return innerWidth");
            Map<String, Object> shot = driver.executeCdpCommand(
                    "Page.captureScreenshot",
                    Map.of(
                            "captureBeyondViewport",
                            true,
                            "clip",
                            Map.of(
                                    "x",
                                    0,
                                    "y",
                                    0,
                                    "width",
                                    width,
                                    "height",
                                    Math.min(height.intValue(), 3000),
                                    "scale",
                                    1)));
            Files.write(screenshots.resolve(file), OutputType.BYTES.convertFromBase64Png(Objects.requireNonNull((String)
                    shot.get("data"))));
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
    }

    void forgetCookies() {
        driver.manage().deleteAllCookies();
    }

    @Override
    public void close() {
        driver.quit();
    }
}
