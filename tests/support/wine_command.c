/*
 * Runs a Linux program from a Windows program under wine, which can start one, but neither wait for it nor connect it to a
 * pipe. Each copy of this program has the name of the program that it runs: sh.exe runs sh with the same arguments. Paths in
 * the arguments are converted, except those of sh. It writes the output to standard output, or to standard error if the program
 * failed, and exits with its exit code.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

/* Runs the arguments, and renames the file with the exit code when it is complete. */
#define SCRIPT "f=$0; \\\"$@\\\" >$f.out 2>&1; echo $? >$f.tmp; mv $f.tmp $f.code"

/* Returns what follows the name of the program in a command line. */
static char *arguments_of(char *command)
{
    if (*command == '"')
        command = strchr(command + 1, '"') + 1;
    return command + strcspn(command, " ");
}

/* Converts Z:\folder\file to /folder/file. */
static void convert_paths(char *arguments)
{
    char *to = arguments;

    for (; *arguments != '\0'; arguments++) {
        if (strncmp(arguments, "Z:\\", 3) == 0)
            arguments += 2;
        *to++ = *arguments == '\\' ? '/' : *arguments;
    }
    *to = '\0';
}

int main(int argc, char **argv)
{
    static char command[32768], unique[MAX_PATH], file[MAX_PATH + 8], line[4096];
    char *arguments = arguments_of(GetCommandLineA()), *name = strrchr(argv[0], '\\');
    STARTUPINFOA startup;
    PROCESS_INFORMATION process;
    FILE *output;
    int code = 1;

    (void)argc;
    name = name != NULL ? name + 1 : argv[0];
    if (strstr(name, ".exe") != NULL)
        *strstr(name, ".exe") = '\0';
    if (strcmp(name, "sh") != 0)
        convert_paths(arguments);
    memset(&startup, 0, sizeof startup);
    startup.cb = sizeof startup;
    GetTempFileNameA("Z:\\tmp", "cmd", 0, unique);
    snprintf(file, sizeof file, "%s", unique);
    convert_paths(file);
    snprintf(command, sizeof command, "sh -c \"" SCRIPT "\" %s %s %s", file, name, arguments);
    if (!CreateProcessA("Z:\\bin\\sh", command, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process)) {
        fprintf(stderr, "could not run %s (error %lu)\n", name, GetLastError());
        return 1;
    }
    snprintf(file, sizeof file, "%s.code", unique);
    while ((output = fopen(file, "r")) == NULL)
        Sleep(2);
    if (fscanf(output, "%d", &code) != 1)
        code = 1;
    fclose(output);
    remove(file);
    snprintf(file, sizeof file, "%s.out", unique);
    output = fopen(file, "r");
    while (output != NULL && fgets(line, sizeof line, output) != NULL)
        fputs(line, code == 0 ? stdout : stderr);
    fclose(output);
    remove(file);
    remove(unique);
    return code;
}
