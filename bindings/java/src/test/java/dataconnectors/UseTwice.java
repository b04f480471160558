package dataconnectors;

/** A program that says how the library is found, at its first use and at a later one. */
final class UseTwice {
    private UseTwice() {
    }

    public static void main(String[] arguments) {
        for (int times = 0; times < 2; times++) {
            try {
                new CancelToken().close();
                System.out.println("said: found");
            } catch (UnsatisfiedLinkError error) {
                System.out.println("said: " + error.getMessage());
            }
        }
    }
}
