package dataconnectors;

/** A program that loads the library twice, as a failure must be reported each time. */
final class LoadTwice {
    private LoadTwice() {
    }

    public static void main(String[] arguments) {
        for (int times = 0; times < 2; times++) {
            try {
                new CancelToken().close();
                System.out.println("result: loaded");
            } catch (UnsatisfiedLinkError error) {
                System.out.println("result: " + error.getMessage());
            }
        }
    }
}
