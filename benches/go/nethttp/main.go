// net/http and encoding/json: id, name, state and updated_at of each row. The struct has only the fields that are used,
// and the buffer of the response body is reused.
package main

import (
	"bytes"
	"encoding/json"
	"log"
	"net/http"
	"net/url"
	"time"

	"bench/measure"
)

type page struct {
	Data []struct {
		ID        string `json:"id"`
		Name      string `json:"name"`
		State     string `json:"state"`
		UpdatedAt string `json:"updated_at"`
	} `json:"data"`
	Pages struct {
		Next *struct {
			StartingAfter string `json:"starting_after"`
		} `json:"next"`
	} `json:"pages"`
}

// get requests a URL and parses the response; body is a buffer.
func get(client *http.Client, address string, body *bytes.Buffer) (page page, err error) {
	request, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return page, err
	}
	request.Header.Set("Authorization", "Bearer "+measure.Token)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("Intercom-Version", "Preview")
	response, err := client.Do(request)
	if err != nil {
		return page, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		log.Fatal(response.Status)
	}
	body.Reset()
	if _, err := body.ReadFrom(response.Body); err != nil {
		return page, err
	}
	err = json.Unmarshal(body.Bytes(), &page)
	return page, err
}

func main() {
	run := measure.New()
	client := &http.Client{Timeout: time.Minute}
	first := run.BaseURL + "/data_connectors?per_page=50"
	address := first
	var body bytes.Buffer
	for {
		page, err := get(client, address, &body)
		if err != nil {
			log.Fatal(err)
		}
		for _, row := range page.Data {
			run.Row(row.ID, row.Name, row.State, row.UpdatedAt)
		}
		if page.Pages.Next == nil {
			break
		}
		address = first + "&starting_after=" + url.QueryEscape(page.Pages.Next.StartingAfter)
	}
	run.Print()
}
